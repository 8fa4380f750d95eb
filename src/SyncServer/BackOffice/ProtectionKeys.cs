using System.Xml.Linq;
using Bookmine.Sync.Feed;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Bookmine.SyncServer.BackOffice;

/// <summary>The keys that sessions are sealed with, in the shop's database.</summary>
public sealed class ProtectionKeys(IServerDatabase database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => database.Reading(session =>
    {
        var all = new List<XElement>();
        using var reader = session.Query("SELECT xml FROM protection_key ORDER BY id");
        while (reader.Read())
        {
            all.Add(XElement.Parse(reader.GetString(0)));
        }
        return all;
    });

    public void StoreElement(XElement element, string friendlyName) => database.Writing(session => session.Execute(
        "INSERT INTO protection_key (id, xml) VALUES (@id, @xml)", friendlyName, element.ToString(SaveOptions.DisableFormatting)));
}
