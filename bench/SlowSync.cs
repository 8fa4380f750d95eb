using System.ComponentModel;
using System.Diagnostics;

namespace Bookmine.Bench;

/// <summary>Makes each sync of a file take 10 ms longer, as on a slow disk: a library that is loaded before the program's own.</summary>
internal static class SlowSync
{
    private const string Source =
        """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <time.h>
        static void wait_for_disk(void) { struct timespec t = {0, 10000000}; nanosleep(&t, 0); }
        int fsync(int fd) { static int (*real)(int); if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync"); wait_for_disk(); return real(fd); }
        int fdatasync(int fd) { static int (*real)(int); if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync"); wait_for_disk(); return real(fd); }
        """;

    /// <returns>The library; null where there is no C compiler.</returns>
    public static string? Make(string library)
    {
        File.WriteAllText(library + ".c", Source);
        try
        {
            using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-o", library, library + ".c", "-ldl"]);
            compiler.WaitForExit();
            return compiler.ExitCode == 0 ? library : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
