namespace Bookmine.Sync.Files;

/// <summary>Files and folders that only their owner may read. Windows keeps a user's folders from others by itself.</summary>
public static class PrivateFiles
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder, unless it is there already.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnersFile | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Makes an empty file, unless it is there already; a program that then fills it keeps its rights.</summary>
    public static void MakeFile(string path)
    {
        if (!File.Exists(path))
        {
            // Another program may make it meanwhile: nothing of it is emptied.
            using var made = Open(path, FileMode.OpenOrCreate);
        }
    }

    /// <summary>Creates a file, or empties one that is there.</summary>
    public static FileStream Create(string path) => Open(path, FileMode.Create);

    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnersFile;
        }
        return new FileStream(path, options);
    }

    /// <summary>Takes a file that another has made from everybody but its owner.</summary>
    public static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, OwnersFile);
        }
    }
}
