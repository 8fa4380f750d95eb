namespace Bookmine.SyncServer;

/// <summary>Something asked of the server cannot be done as asked; the message says what, where and the remedy.</summary>
public class ShopException(string message) : Exception(message);
