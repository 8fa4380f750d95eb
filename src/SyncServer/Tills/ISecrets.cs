using System.Security.Cryptography;

namespace Bookmine.SyncServer.Tills;

/// <summary>Where secrets come from: the system's secure source; in simulations, which must replay exactly, a seeded one.</summary>
public interface ISecrets
{
    byte[] Next(int count);
}

/// <summary>The system's secure source.</summary>
public sealed class SystemSecrets : ISecrets
{
    public byte[] Next(int count) => RandomNumberGenerator.GetBytes(count);
}
