namespace Bookmine.DotmimBridge;

internal static partial class BridgeLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A request of a Dotmim till failed")]
    public static partial void Failed(this ILogger log, Exception fault);
}
