namespace Bookmine.TillClient.Files;

/// <summary>What went wrong when the server was last called, for a program that asks later; gone once the server was reached.</summary>
internal static class LastErrorFile
{
    private const string Name = "last-error";

    public static string? Read(string folder) => File.Exists(Path.Combine(folder, Name)) ? File.ReadAllText(Path.Combine(folder, Name)) : null;

    public static void Write(string folder, string error)
    {
        try
        {
            File.WriteAllText(Path.Combine(folder, Name), error);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is for information only; the error itself has been told.
        }
    }

    public static void Clear(string folder)
    {
        if (File.Exists(Path.Combine(folder, Name)))
        {
            File.Delete(Path.Combine(folder, Name));
        }
    }
}
