using System.Text;
using Bookmine.Sync.Files;

namespace Bookmine.TillClient.Files;

/// <summary>What went wrong when the server was last called, for a program that asks later; gone once the server was reached.</summary>
internal sealed class LastErrorFile(IFileStore files, string folder)
{
    private string Path => System.IO.Path.Combine(folder, "last-error");

    public string? Read() => files.Read(Path) is { } text ? Encoding.UTF8.GetString(text) : null;

    public void Write(string error)
    {
        try
        {
            files.Replace(Path, Encoding.UTF8.GetBytes(error));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is for information only; the error itself has been told.
        }
    }

    public void Clear()
    {
        if (files.Exists(Path))
        {
            files.Delete(Path);
        }
    }
}
