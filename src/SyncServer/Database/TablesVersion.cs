using System.Globalization;
using System.Reflection;
using Bookmine.Sync.Data;
using Bookmine.Sync.Feed;

namespace Bookmine.SyncServer.Database;

/// <summary>
/// The number of the last migration, in the database and in this program. A host that runs on while another brings the database to newer tables
/// writes nothing from then on: it would not know what it leaves out.
/// </summary>
internal static class TablesVersion
{
    /// <summary>This program's; each engine's folder ends with the same.</summary>
    public static readonly long Own = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Select(name => name.Split('/')).Where(parts => parts.Length == 2 && parts[0] == "sqlite")
        .Max(parts => long.Parse(parts[1][..3], CultureInfo.InvariantCulture));

    /// <exception cref="ProgramOutdatedException">The tables are a newer program's.</exception>
    public static void Require(Session session, string name)
    {
        if (session.Integer("SELECT version FROM tables_version WHERE id = 1") > Own)
        {
            throw new ProgramOutdatedException(name);
        }
    }
}
