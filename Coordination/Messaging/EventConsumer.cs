using MassTransit;
using Sure.Contracts.Events;
using Sure.Coordination.Intake;

namespace Sure.Coordination.Messaging;

/// <summary>Hands what arrives from the broker to the intake.</summary>
internal sealed class EventConsumer(EventIntake intake) : IConsumer<EventBatch>
{
    public Task Consume(ConsumeContext<EventBatch> context) => intake.ReceiveAsync(context.Message, context.CancellationToken);
}
