using Bookmine.Sync.Changes;

namespace Bookmine.Sync.Interceptors;

/// <summary>Runs interceptors one after another, each on what the one before left to apply.</summary>
public sealed class InterceptorChain<TFacts>(params IReadOnlyList<IUploadInterceptor<TFacts>> interceptors) : IUploadInterceptor<TFacts>
{
    public Ruling OnApplying(ChangeGroup group, TFacts facts)
    {
        var ruling = new Ruling(group.Changes, []);
        foreach (var interceptor in interceptors)
        {
            var next = interceptor.OnApplying(group with { Changes = ruling.Apply }, facts);
            if (next.Refused is not null)
            {
                return next;
            }
            ruling = new Ruling(next.Apply, [.. ruling.Dropped, .. next.Dropped]);
        }
        return ruling;
    }
}
