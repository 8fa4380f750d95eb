using Bookmine.Schema;
using Bookmine.Sync.Data;
using Bookmine.Sync.Journal;
using Bookmine.Sync.Replica;
using Bookmine.Sync.Rows;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient.Files;

/// <summary>
/// A till to practise on: a folder of its own with a copy of the replica, a journal that is nobody's, and no server. What is sold there can
/// never be posted, and each training begins afresh.
/// </summary>
internal static class Training
{
    /// <summary>No server has a till of this number.</summary>
    public const long Till = 0;
    private const long FirstNumber = 1;
    private const long LastNumber = 99_999;

    /// <returns>The folder to open, disconnected.</returns>
    /// <exception cref="TillException">There is no till or no replica to copy.</exception>
    public static string Prepare(string folder, TillMachine machine)
    {
        var real = TillIdentity.Read(machine.Files, folder);
        var replica = new ReplicaFolder(machine.Files, folder).Current
            ?? throw new TillException("This till has no replica to practise with. With the server at hand: bookmine-till reprovision.");
        var training = Path.Combine(folder, "training");
        if (Directory.Exists(training))
        {
            Directory.Delete(training, recursive: true);
        }
        Sync.Files.PrivateFiles.MakeFolder(training);
        var copies = new ReplicaFolder(machine.Files, training);
        var copy = copies.Next();
        long branch;
        using (var session = new Session(machine.Files.OpenDatabase(replica)))
        {
            branch = TableSql.Find(session, BookmineSetup.TillHead, new RowKey(real.Till, Guid.Empty))?.Integer("branch") ?? real.Branch;
            session.Execute("VACUUM INTO @file", copy);
        }
        copies.Use(copy);
        TillSetUp.TakeIdentity(machine, training, new TillIdentity("", Till, $"{real.Name} TRAINING", branch, ""), new NumberBlock(FirstNumber, LastNumber));
        (TillSettings.Read(machine.Files, folder) with { Mirror = null }).Write(machine.Files, training);
        return training;
    }

    /// <summary>A training till calls nobody.</summary>
    public static TillMachine WithoutServer(TillMachine machine) => machine with { Connect = (_, _) => new ServerLine(new Server.NoServer(), new Server.NoServer(), new Server.NoServer()) };
}
