using Bookmine.Sync.Journal;

namespace Bookmine.Schema.Entries;

/// <summary>
/// What a till's entries are likely to hold, for packing them in its journal. Never to be changed, not by a letter: journals in the field were packed with it.
/// Columns that come later need no place in it; they only take a little more room.
/// </summary>
public static class EntryVocabulary
{
    private static ReadOnlySpan<byte> Text =>
        """{"table":"till_event","op":"insert","values":{"id":"01a21293-ce07-7000-","branch":1,"till":1,"operator":null,"kind":"no-sale","text":"","amo"""u8
        + """unt_cents":0,"happened_at":1795608006156}}{"table":"email","op":"insert","values":{"id":"01a21293-ce07-7000-","branch":1,"contact_id":"01a21"""u8
        + """293-ce07-7000-","subject":"","body":"","operator":null,"sent_at":1795608006156}}{"kind":"edit","by":null,"at":1795608006151,"rows":[{"tabl"""u8
        + """e":"holding","op":"update","key":{"branch":1,"stock_id":"01a21293-ce07-7000-"},"values":{"price_cents":1999}}]}{"kind":"contact","by":null"""u8
        + ""","at":1795608006151,"rows":[{"table":"contact","op":"insert","values":{"id":"01a21293-ce07-7000-","kind":"customer","name":"","email":"@","p"""u8
        + """hone":"","address":null,"notes":null}}]}{"kind":"stock","by":null,"at":1795608006151,"rows":[{"table":"stock","op":"insert","values":{"i"""u8
        + """d":"01a21293-ce07-7000-","code":"","isbn13":9780000000000,"isbn10":null,"title":"The ","authors":"","publisher":null,"year":null,"bindin"""u8
        + """g":"Paperback","condition":"Good","category":null,"tax_rate_bp":null}},{"table":"holding","op":"insert","values":{"branch":1,"stock_id":"01a"""u8
        + """21293-ce07-7000-","price_cents":1999,"on_hand":0}},{"table":"voucher","op":"insert","values":{"id":"01a21293-ce07-7000-","document_id":"01a2"""u8
        + """1293-ce07-7000-","branch":1,"number":"","amount_cents":-5000}},{"table":"credit","op":"insert","values":{"id":"01a21293-ce07-7000-","documen"""u8
        + """t_id":"01a21293-ce07-7000-","branch":1,"contact_id":"01a21293-ce07-7000-","amount_cents":5000}},{"kind":"refund","rows":[{"reason":"retur"""u8
        + """n"{"kind":"sale","by":"01","at":1795608006151,"rows":[{"table":"document","op":"insert","values":{"id":"01a21293-ce07-7000-","docket":100000"""u8
        + ""","kind":"sale","branch":1,"till":1,"operator":null,"contact_id":null,"started_at":1795608006156,"shipped_at":1795608006156,"total_cents":199"""u8
        + """9,"reference":null,"note":null,"disconnected":1,"original_id":null,"original_number":null}},{"table":"document_line","op":"insert","values":"""u8
        + """{"id":"01a21293-ce07-7000-","document_id":"01a21293-ce07-7000-","branch":1,"line":1,"stock_id":"01a21293-ce07-7000-","code":"978000000000"""u8
        + """0","isbn13":9780000000000,"title":"The ","qty":1,"unit_price_cents":1999,"discount_cents":0,"tax_rate_bp":1000,"original_line_id":null}},{"t"""u8
        + """able":"payment","op":"insert","values":{"id":"01a21293-ce07-7000-","document_id":"01a21293-ce07-7000-","branch":1,"method":"card","amount_ce"""u8
        + """nts":1999,"change":0,"taken_at":1795608006156}},{"table":"payment","op":"insert","values":{"id":"01a21293-ce07-7000-","document_id":"01a2129"""u8
        + """3-ce07-7000-","branch":1,"method":"cash","amount_cents":-500,"change":1,"taken_at":1795608006156}},{"table":"stock_movement","op":"inser"""u8
        + """t","values":{"id":"01a21293-ce07-7000-","document_id":"01a21293-ce07-7000-","branch":1,"stock_id":"01a21293-ce07-7000-","code":"978000000000"""u8
        + """0","qty":-1,"value_cents":1999,"reason":"sale","taken_at":1795608006156}}]}"""u8;

    public static EntryPacking Packing { get; } = new(Text.ToArray());
}
