namespace Bookmine.Schema;

/// <summary>What a manager reads out to have a till enrolled: 25 letters and digits in groups of five.</summary>
/// <param name="Secret">The first ten, good once and for ten minutes.</param>
/// <param name="ServerKey">The rest, by which the till knows the server; empty for a server that stands behind another's certificate.</param>
public sealed record EnrolmentCode(string Secret, string ServerKey)
{
    public const int SecretLength = 10;

    /// <summary>The parts of a typed code, whatever its length.</summary>
    public static EnrolmentCode Read(string typed)
    {
        var plain = KeyFingerprint.Plain(typed);
        return plain.Length <= SecretLength ? new EnrolmentCode(plain, "") : new EnrolmentCode(plain[..SecretLength], plain[SecretLength..]);
    }

    public override string ToString() => KeyFingerprint.Grouped(Secret + ServerKey);
}
