using MassTransit;
using Sure.Contracts.Events;
using Sure.Coordination.Intake;

namespace Sure.Coordination.Messaging;

/// <summary>Hands what arrives from the broker to the intake.</summary>
internal sealed class EnvelopeConsumer(EventIntake intake) : IConsumer<EventEnvelope>
{
    public Task Consume(ConsumeContext<EventEnvelope> context) => intake.ReceiveAsync(context.Message, context.CancellationToken);
}
