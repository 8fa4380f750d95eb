using System.Reflection;

namespace Bookmine.Schema;

/// <summary>The one version number of both programs, of their packages and of CHANGELOG.md; it stands in Directory.Build.props.</summary>
public static class ProgramVersion
{
    public static readonly string Own = typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
