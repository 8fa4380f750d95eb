using Bookmine.DotmimStory;

// story [postgres:CONNECTION]   what a shop with a Dotmim till goes through, on the embedded database or on an empty one of PostgreSQL
// speed [postgres:CONNECTION [SALES]]   the bridge beside a till of Bookmine's own and, on PostgreSQL, beside Dotmim's own server
var database = args.Length > 1 && args[1] != "sqlite" ? args[1] : null;
switch (args.FirstOrDefault())
{
    case "story":
        var claims = new Claims();
        using (var shop = Shop.Open(database))
        {
            await new Story(shop, claims).TellAsync();
        }
        Console.WriteLine($"{claims.Held} held, {claims.Failed} failed");
        return claims.Failed == 0 ? 0 : 1;
    case "peer":
        await Peer.ServeAsync(args[1], args[2]);
        return 0;
    case "speed":
        await Speed.MeasureAsync(database, args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 1_000);
        return 0;
    default:
        Console.Error.WriteLine("story|speed [sqlite|postgres:CONNECTION] [SALES]");
        return 2;
}
