-- How far this service has applied the events of each producer.
CREATE TABLE intake (
    producer  text PRIMARY KEY,
    sequence  bigint NOT NULL
);
