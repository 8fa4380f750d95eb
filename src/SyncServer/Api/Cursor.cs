using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Bookmine.SyncServer.BackOffice;

namespace Bookmine.SyncServer.Api;

/// <summary>A place as programs carry it: opaque, and refused where it is none.</summary>
internal static class Cursor
{
    private const int Most = 400;
    private const char Between = '|';

    public static string Write(string list, Place place) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join(
        Between, list, place.Epoch, place.Seq.ToString(CultureInfo.InvariantCulture), place.Key?.ToString("n") ?? "",
        place.KeyBranch.ToString(CultureInfo.InvariantCulture))));

    /// <exception cref="ShopException">It is none of this list.</exception>
    public static Place? Read(string list, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }
        var parts = text.Length <= Most && Base64Url.IsValid(text) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split(Between) : [];
        return parts is [var of, var epoch, var seq, var key, var branch] && of == list
            && long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && long.TryParse(branch, NumberStyles.None, CultureInfo.InvariantCulture, out var keyBranch)
            && (key.Length == 0 || Guid.TryParseExact(key, "n", out _))
            ? new Place(epoch, number, key.Length == 0 ? null : Guid.ParseExact(key, "n"), keyBranch)
            : throw new ShopException("after is no cursor of this list. Give what an answer's next said, or leave it out to begin.");
    }
}
