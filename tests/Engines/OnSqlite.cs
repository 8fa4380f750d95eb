using Bookmine.Tests.Rules;
using Bookmine.Tests.Sync;
using Bookmine.Tests.SyncServer;
using Bookmine.Tests.TillClient;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Engines;

public sealed class EdgeOnSqlite() : EdgeTests(Engine.Sqlite);

public sealed class KeptJournalOnSqlite() : KeptJournalTests(Engine.Sqlite);

public sealed class LandedShopOnSqlite() : LandedShopTests(Engine.Sqlite);

public sealed class RescueOnSqlite() : RescueTests(Engine.Sqlite);

public sealed class RestoreOnSqlite() : RestoreTests(Engine.Sqlite);

public sealed class ResynchronisingOnSqlite() : ResynchronisingTests(Engine.Sqlite);

public sealed class RetentionOnSqlite() : RetentionTests(Engine.Sqlite);

public sealed class CrashPointOnSqlite() : CrashPointTests(Engine.Sqlite);

public sealed class DivergenceOnSqlite() : DivergenceTests(Engine.Sqlite);

public sealed class FeedOnSqlite() : FeedTests(Engine.Sqlite);

public sealed class NewsOnSqlite() : NewsTests(Engine.Sqlite);

public sealed class EnrolmentOnSqlite() : EnrolmentTests(Engine.Sqlite);

public sealed class ClockOnSqlite() : ClockTests(Engine.Sqlite);

public sealed class OperatorOnSqlite() : OperatorTests(Engine.Sqlite);

public sealed class AuthorityWordsOnSqlite() : AuthorityWordsTests(Engine.Sqlite);

public sealed class PersonOnSqlite() : PersonTests(Engine.Sqlite);

public sealed class TillStateOnSqlite() : TillStateTests(Engine.Sqlite);

public sealed class ForeignOnSqlite() : ForeignTests(Engine.Sqlite);

public sealed class FuzzOnSqlite() : FuzzTests(Engine.Sqlite);

public sealed class ImportOnSqlite() : ImportTests(Engine.Sqlite);
public sealed class MailOnSqlite() : MailTests(Engine.Sqlite);

public sealed class CodeOnSqlite() : CodeTests(Engine.Sqlite);

public sealed class StockCountOnSqlite() : StockCountTests(Engine.Sqlite);

public sealed class QuarantineOnSqlite() : QuarantineTests(Engine.Sqlite);

public sealed class ServerKeyOnSqlite() : ServerKeyTests(Engine.Sqlite);

public sealed class OrderOnSqlite() : OrderTests(Engine.Sqlite);

public sealed class RefundOnSqlite() : RefundTests(Engine.Sqlite);

public sealed class StoredRowOnSqlite() : StoredRowTests(Engine.Sqlite);

public sealed class FeedUnderLoadOnSqlite() : FeedUnderLoadTests(Engine.Sqlite);

public sealed class OpeningOnSqlite() : OpeningTests(Engine.Sqlite);

public sealed class MoveOnSqlite() : MoveTests(Engine.Sqlite);

public sealed class PostingUnitOnSqlite() : PostingUnitTests(Engine.Sqlite);

public sealed class EditBesidePostingOnSqlite() : EditBesidePostingTests(Engine.Sqlite);

public sealed class BackOfficeOnSqlite() : BackOfficeTests(Engine.Sqlite);

public sealed class ApiOnSqlite() : ApiTests(Engine.Sqlite);
