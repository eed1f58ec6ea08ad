using Pipeline.Scheduler.Contract;

namespace Pipeline.Scheduler.Core.Model;

/// <summary>What an owner holds.</summary>
internal readonly record struct OwnerUse(Amount Amount, int Tasks)
{
    public OwnerUse Plus(ResourceNeed need, int sign) =>
        new(sign > 0 ? Amount + Model.Amount.Of(need) : Amount - Model.Amount.Of(need), Tasks + sign);
}
