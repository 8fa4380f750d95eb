using Bookmine.Sync.Orchestrators;
using Bookmine.Sync.Wire;

namespace Bookmine.TillClient.Server;

/// <summary>What answered at the server's address has not proved to be the shop's server; nothing was told to it.</summary>
public sealed class UnknownServerException(string message, Exception inner) : ServerAwayException(message, inner);
