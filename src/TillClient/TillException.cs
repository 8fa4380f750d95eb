namespace Bookmine.TillClient;

/// <summary>Something asked of the till cannot be done as asked; the message says what, where and the remedy.</summary>
public sealed class TillException(string message) : Exception(message);
