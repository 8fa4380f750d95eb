using System.CommandLine;
using Bookmine.Schema;
using Bookmine.SyncServer.Tills;

namespace Bookmine.SyncServer.Commands;

/// <summary><c>key show|next|switch|drop-next</c>: the key by which tills know the server.</summary>
internal static class KeyCommands
{
    private static readonly Option<bool> Force = new("--force") { Description = "Also when some tills have not heard of the successor" };

    public static Command Make(Verbs verbs) => new("key", "The key by which tills know this server on an https line")
    {
        verbs.Make("show", "The key's fingerprint, an announced successor's, and the tills that have not heard of it", Show),
        verbs.Make("next", "Make a successor and announce it to the tills", Next),
        verbs.Make("switch", "Go over to the announced successor; the key shown until now is destroyed", Switch, Force),
        verbs.Make("drop-next", "Take an announced successor back", DropNext),
    };

    private static int Show(CommandContext context) => Run(context, "", _ => { });

    private static int Next(CommandContext context) => Run(context, "key next", keys => keys.Announce());

    private static int Switch(CommandContext context) => Run(context, "key switch", keys => keys.Switch(context.Get(Force)));

    private static int DropNext(CommandContext context) => Run(context, "key drop-next", keys => keys.DropNext());

    private static int Run(CommandContext context, string deed, Action<ServerKeys> work)
    {
        using var database = context.OpenDatabase();
        var keys = new ServerKeys(database, context.Clock);
        // A server that has shown none yet makes its first by itself.
        keys.Current();
        work(new ServerKeys(context.As(database, deed, "the server's key"), context.Clock));
        var (current, next, unaware) = (keys.Current(), keys.Next(), keys.Unaware());
        return context.Print(
            new { Key = Short(current), Fingerprint = current.Fingerprint, Next = next is null ? null : Short(next), NextFingerprint = next?.Fingerprint, Unaware = unaware },
            string.Join('\n', Lines(current, next, unaware)));
    }

    private static IEnumerable<string> Lines(ServerKey current, ServerKey? next, IReadOnlyList<string> unaware)
    {
        yield return $"the server's key   {Short(current)}";
        if (next is null)
        {
            yield break;
        }
        yield return $"its successor      {Short(next)}, announced since {Instant.Format(next.MadeAt)}";
        yield return unaware.Count == 0
            ? "Every till in use has heard of it: key switch goes over."
            : $"Tills that have not heard of it yet: {string.Join(", ", unaware)}";
    }

    private static string Short(ServerKey key) => KeyFingerprint.Grouped(key.Fingerprint[..KeyFingerprint.ShortLength]);
}
