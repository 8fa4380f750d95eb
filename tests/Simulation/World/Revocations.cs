using System.Globalization;
using System.Text.Json;
using Bookmine.Schema.Views;
using Bookmine.SyncServer.Authority;

namespace Bookmine.Simulation.World;

/// <summary>Tills that are revoked and let in again, in any order with restores and copies.</summary>
internal static class Revocations
{
    public static void Revoke(ShopWorld world, long till)
    {
        if (world.Server.StateOf(till) is null or TillState.Revoked)
        {
            return;
        }
        var line = world.Server.Machines.Revoke(Actor.AtTheMachine(), _ => [till]);
        world.Revoked.UnionWith(line);
        world.Tell($"till {string.Join(", ", line)} is revoked");
        world.Log.Met("Revoked", line.Count > 1 ? "a line" : "till");
    }

    /// <summary>All revoked tills are let in again, and what they had brought is posted by hand.</summary>
    public static void TakeBack(ShopWorld world)
    {
        world.MakeSureOfTime();
        var revoked = world.Server.TillsIn(TillState.Revoked);
        if (revoked.Count > 0)
        {
            world.Server.Machines.LetInAgain(Actor.AtTheMachine(), _ => revoked);
            world.Tell($"till {string.Join(", ", revoked)} is let in again");
        }
        world.Revoked.Clear();
        // One may have waited to be admitted when it was revoked.
        world.Server.PostKept(TillState.Revoked.KeptBecause()!);
        world.Server.PostKept(TillState.Recalled.KeptBecause()!);
    }

    /// <summary>Who was revoked is so still, whatever was put back since, as long as anybody has heard of it.</summary>
    public static void Check(ShopWorld world)
    {
        var words = world.Server.Read(AuthorityWords.All).ToDictionary(w => w.Subject, w => w.Revision);
        foreach (var till in world.Tills.Where(t => !t.MediumFailed))
        {
            foreach (var word in Kept(till))
            {
                world.Model.Require(
                    words.TryGetValue(word.Subject, out var revision) && revision >= word.Revision, $"{till.Name} has heard that {word.Subject} is {word.State}, and the server has not");
            }
        }
        foreach (var till in world.Revoked)
        {
            var state = world.Server.StateOf(till);
            world.Log.Met("RevokedAtRest", state is { } s ? s.Text() : "unknown");
            world.Model.Require(
                state is null or TillState.Revoked, $"till {till} was revoked, and is {state}",
                (Excuse.RevocationForgotten, world.WasRestoredBehindItsBack && !words.ContainsKey(string.Create(CultureInfo.InvariantCulture, $"till {till}"))));
        }
    }

    private static AuthorityWord[] Kept(SimTill till)
    {
        var json = till.Disk.Read(till.Folder + "/words.json");
        return json is null ? [] : JsonSerializer.Deserialize(json, ViewJson.Default.AuthorityWordArray)!;
    }
}
