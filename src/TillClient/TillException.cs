namespace Bookmine.TillClient;

/// <summary>Something asked of the till cannot be done as asked; the message says what, where and the remedy.</summary>
public class TillException(string message) : Exception(message);

/// <summary>The till has got a new identity and goes on with a new journal when the program is started again.</summary>
public sealed class TillRenewedException(string message) : TillException(message);
