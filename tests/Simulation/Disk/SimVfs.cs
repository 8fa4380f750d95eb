using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bookmine.Simulation.Disk;

/// <summary>
/// Lets SQLite work on simulated disks: a VFS (sqlite.org/vfs.html) whose files are those of the <see cref="SimDisk"/> that the path's
/// first part names. It is the process's default, so that SQLite's own randomness and time come from here too.
/// </summary>
internal static unsafe class SimVfs
{
    public const string Name = "simulated";
    private const int Ok = 0;
    private const int Busy = 5;
    private const int IoErr = 10;
    private const int IoErrShortRead = IoErr | (2 << 8);
    private const int CantOpen = 14;
    private const int NotFound = 12;
    private const int PowersafeOverwrite = 0x1000;
    private const int OpenCreate = 0x4;
    private const int OpenDeleteOnClose = 0x8;

    private static readonly Dictionary<string, SimDisk> Disks = new(StringComparer.Ordinal);
    private static readonly Dictionary<long, Handle> Handles = [];
    private static long lastHandle;
    private static Random randomness = new(0);
    private static Methods* methods;

    private static int simulationThread;

    private sealed record Handle(SimDisk? Disk, int Life, string Path, SimFile File, bool Temporary)
    {
        /// <summary>
        /// Whether it belongs to a program that is no more: one whose machine has died since, or one whose connection is closed by the garbage
        /// collector. What such a handle does has no effect.
        /// </summary>
        public bool IsOfThePast => Environment.CurrentManagedThreadId != simulationThread || (Disk is not null && Disk.Life != Life);

        /// <summary>SQLite's result code for a step: an error for a program of the past, else what the disk says.</summary>
        public int Before(Step step) => IsOfThePast ? IoErr : Disk?.Before(step, Path) ?? Ok;

        public int After(Step step) => Disk?.After(step, Path) ?? Ok;
    }

    public static void Add(SimDisk disk)
    {
        if (methods is null)
        {
            Register();
        }
        Disks[disk.Machine] = disk;
    }

    /// <summary>Forgets all disks and begins SQLite's randomness afresh, so that a seed replays exactly.</summary>
    public static void Reset(int seed)
    {
        SimLocks.FreeAll();
        simulationThread = Environment.CurrentManagedThreadId;
        Disks.Clear();
        Handles.Clear();
        randomness = new Random(seed);
        sqlite3_randomness(0, null);
    }

    private static void Register()
    {
        SQLitePCL.Batteries_V2.Init();
        methods = (Methods*)NativeMemory.AllocZeroed((nuint)sizeof(Methods));
        *methods = new Methods
        {
            Version = 2,
            Close = &Close, Read = &Read, Write = &Write, Truncate = &Truncate, Sync = &Sync, FileSize = &FileSize, Lock = &Lock, Unlock = &Unlock,
            CheckReservedLock = &CheckReservedLock, FileControl = &FileControl, SectorSize = &SectorSize, DeviceCharacteristics = &DeviceCharacteristics,
            ShmMap = &ShmMap, ShmLock = &ShmLock, ShmBarrier = &ShmBarrier, ShmUnmap = &ShmUnmap,
        };
        var vfs = (Vfs*)NativeMemory.AllocZeroed((nuint)sizeof(Vfs));
        *vfs = new Vfs
        {
            Version = 2, OsFileSize = sizeof(OsFile), MostPathname = 512, Name = (byte*)Marshal.StringToCoTaskMemUTF8(Name),
            Open = &Open, Delete = &Delete, Access = &Access, FullPathname = &FullPathname, Randomness = &Randomness, Sleep = &Sleep,
            CurrentTime = &CurrentTime, GetLastError = &GetLastError, CurrentTimeInt64 = &CurrentTimeInt64,
        };
        if (sqlite3_vfs_register(vfs, 1) != Ok)
        {
            throw new InvalidOperationException("SQLite does not take the simulated file system.");
        }
    }

    [DllImport("e_sqlite3", CallingConvention = CallingConvention.Cdecl)]
    private static extern int sqlite3_vfs_register(Vfs* vfs, int makeDefault);

    [DllImport("e_sqlite3", CallingConvention = CallingConvention.Cdecl)]
    private static extern void sqlite3_randomness(int count, void* into);

    private static string Text(byte* path) => Marshal.PtrToStringUTF8((nint)path)!;

    // SQLite counts from noon of a day in the year -4713 (Julian days).
    private static long Milliseconds() => 210_866_760_000_000 + (Disks.GetValueOrDefault("server")?.Clock.GetUtcNow().ToUnixTimeMilliseconds() ?? 0);

    private static SimDisk? DiskOf(string path) => Disks.GetValueOrDefault(path.Split('/')[1]);

    private static Handle Of(OsFile* file)
    {
        lock (Handles)
        {
            return Handles[file->Id];
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(Vfs* vfs, byte* name, OsFile* file, int flags, int* outFlags)
    {
        file->Methods = null;
        var path = name is null ? "" : Text(name);
        var disk = name is null ? null : DiskOf(path);
        SimFile opened;
        if (name is null)
        {
            opened = new SimFile();
        }
        else if (disk is null || disk.IsDead)
        {
            return CantOpen;
        }
        else if (disk.Find(path) is null && (flags & OpenCreate) == 0)
        {
            return CantOpen;
        }
        else
        {
            opened = disk.Open(path, create: true);
        }
        file->Id = ++lastHandle;
        file->Methods = methods;
        lock (Handles)
        {
            Handles.Add(file->Id, new Handle(disk, disk?.Life ?? 0, path, opened, (flags & OpenDeleteOnClose) != 0));
        }
        if (outFlags is not null)
        {
            *outFlags = flags;
        }
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(OsFile* file)
    {
        Handle? handle;
        lock (Handles)
        {
            Handles.Remove(file->Id, out handle);
        }
        if (handle is { IsOfThePast: false })
        {
            handle.File.Locks.Close(file->Id);
            if (handle is { Temporary: true, Disk.IsDead: false })
            {
                handle.Disk.Unlink(handle.Path);
            }
        }
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(OsFile* file, void* into, int amount, long offset)
    {
        var handle = Of(file);
        if (handle.Before(Step.Read) is var code and not Ok)
        {
            return IoErr | (code == IoErr ? 1 << 8 : 0);
        }
        return handle.File.Read(offset, new Span<byte>(into, amount)) == amount ? Ok : IoErrShortRead;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(OsFile* file, void* from, int amount, long offset)
    {
        var handle = Of(file);
        var bytes = new ReadOnlySpan<byte>(from, amount);
        var half = handle.Disk?.IsShortWrite == true;
        if (handle.Before(Step.Write) is var code and not Ok)
        {
            if (half && !handle.IsOfThePast && handle.Disk is { IsDead: false })
            {
                handle.File.Write(offset, bytes[..(amount / 2)]);
            }
            return code;
        }
        handle.File.Write(offset, bytes);
        return handle.After(Step.Write);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(OsFile* file, long size)
    {
        var handle = Of(file);
        if (handle.Before(Step.Truncate) is var code and not Ok)
        {
            return code;
        }
        handle.File.Truncate(size);
        return handle.After(Step.Truncate);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(OsFile* file, int flags)
    {
        var handle = Of(file);
        if (handle.Before(Step.Sync) is var code and not Ok)
        {
            return code;
        }
        handle.Disk?.SyncFile(handle.Path);
        return handle.After(Step.Sync);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(OsFile* file, long* size)
    {
        *size = Of(file).File.Length;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lock(OsFile* file, int level)
    {
        var handle = Of(file);
        return handle.IsOfThePast ? IoErr : handle.File.Locks.TryLock(file->Id, level) ? Ok : Busy;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(OsFile* file, int level)
    {
        var handle = Of(file);
        if (!handle.IsOfThePast)
        {
            handle.File.Locks.Unlock(file->Id, level);
        }
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReservedLock(OsFile* file, int* reserved)
    {
        *reserved = Of(file).File.Locks.AnyReserved ? 1 : 0;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(OsFile* file, int operation, void* argument) => NotFound;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(OsFile* file) => 4096;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceCharacteristics(OsFile* file) => PowersafeOverwrite;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmMap(OsFile* file, int region, int size, int extend, void** memory)
    {
        var handle = Of(file);
        *memory = handle.IsOfThePast ? null : handle.File.Locks.Region(region, size, extend != 0);
        return handle.IsOfThePast ? IoErr : Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmLock(OsFile* file, int offset, int count, int flags)
    {
        const int unlock = 1;
        const int exclusive = 8;
        const int writer = 0;
        var handle = Of(file);
        var mask = ((1 << count) - 1) << offset;
        if (handle.IsOfThePast)
        {
            return (flags & unlock) != 0 ? Ok : IoErr;
        }
        if ((flags & unlock) != 0)
        {
            handle.File.Locks.ShmUnlock(file->Id, mask);
            return Ok;
        }
        if (handle.Disk is { } disk && offset == writer && (flags & exclusive) != 0 && disk.Before(Step.Lock, handle.Path) is var code and not Ok)
        {
            return code;
        }
        return handle.File.Locks.TryShmLock(file->Id, mask, (flags & exclusive) != 0) ? Ok : Busy;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ShmBarrier(OsFile* file)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmUnmap(OsFile* file, int delete)
    {
        var handle = Of(file);
        if (!handle.IsOfThePast)
        {
            handle.File.Locks.ShmUnlock(file->Id, 0xFF);
        }
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(Vfs* vfs, byte* name, int syncFolder)
    {
        var path = Text(name);
        if (DiskOf(path) is not { IsDead: false } disk || Environment.CurrentManagedThreadId != simulationThread)
        {
            return IoErr;
        }
        if (disk.Find(path) is null)
        {
            return IoErr | (23 << 8);
        }
        if (disk.Before(Step.Delete, path) is var code and not Ok)
        {
            return code;
        }
        disk.Unlink(path);
        return disk.After(Step.Delete, path);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Access(Vfs* vfs, byte* name, int flags, int* result)
    {
        var path = Text(name);
        *result = DiskOf(path)?.Find(path) is { } file && (flags != 0 || file.Length > 0) ? 1 : 0;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FullPathname(Vfs* vfs, byte* name, int most, byte* into)
    {
        var length = 0;
        while (name[length] != 0 && length < most - 1)
        {
            into[length] = name[length];
            length++;
        }
        into[length] = 0;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Randomness(Vfs* vfs, int count, byte* into)
    {
        randomness.NextBytes(new Span<byte>(into, count));
        return count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sleep(Vfs* vfs, int microseconds) => microseconds;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CurrentTime(Vfs* vfs, double* day)
    {
        *day = Milliseconds() / 86_400_000.0;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CurrentTimeInt64(Vfs* vfs, long* milliseconds)
    {
        *milliseconds = Milliseconds();
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetLastError(Vfs* vfs, int length, byte* text) => 0;

    [StructLayout(LayoutKind.Sequential)]
    private struct OsFile
    {
        public Methods* Methods;
        public long Id;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Methods
    {
        public int Version;
        public delegate* unmanaged[Cdecl]<OsFile*, int> Close;
        public delegate* unmanaged[Cdecl]<OsFile*, void*, int, long, int> Read;
        public delegate* unmanaged[Cdecl]<OsFile*, void*, int, long, int> Write;
        public delegate* unmanaged[Cdecl]<OsFile*, long, int> Truncate;
        public delegate* unmanaged[Cdecl]<OsFile*, int, int> Sync;
        public delegate* unmanaged[Cdecl]<OsFile*, long*, int> FileSize;
        public delegate* unmanaged[Cdecl]<OsFile*, int, int> Lock;
        public delegate* unmanaged[Cdecl]<OsFile*, int, int> Unlock;
        public delegate* unmanaged[Cdecl]<OsFile*, int*, int> CheckReservedLock;
        public delegate* unmanaged[Cdecl]<OsFile*, int, void*, int> FileControl;
        public delegate* unmanaged[Cdecl]<OsFile*, int> SectorSize;
        public delegate* unmanaged[Cdecl]<OsFile*, int> DeviceCharacteristics;
        public delegate* unmanaged[Cdecl]<OsFile*, int, int, int, void**, int> ShmMap;
        public delegate* unmanaged[Cdecl]<OsFile*, int, int, int, int> ShmLock;
        public delegate* unmanaged[Cdecl]<OsFile*, void> ShmBarrier;
        public delegate* unmanaged[Cdecl]<OsFile*, int, int> ShmUnmap;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Vfs
    {
        public int Version;
        public int OsFileSize;
        public int MostPathname;
        public Vfs* Next;
        public byte* Name;
        public void* AppData;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, OsFile*, int, int*, int> Open;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, int, int> Delete;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, int, int*, int> Access;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, int, byte*, int> FullPathname;
        public void* DlOpen;
        public void* DlError;
        public void* DlSym;
        public void* DlClose;
        public delegate* unmanaged[Cdecl]<Vfs*, int, byte*, int> Randomness;
        public delegate* unmanaged[Cdecl]<Vfs*, int, int> Sleep;
        public delegate* unmanaged[Cdecl]<Vfs*, double*, int> CurrentTime;
        public delegate* unmanaged[Cdecl]<Vfs*, int, byte*, int> GetLastError;
        public delegate* unmanaged[Cdecl]<Vfs*, long*, int> CurrentTimeInt64;
    }
}
