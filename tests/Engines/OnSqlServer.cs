using Bookmine.Tests.Rules;
using Bookmine.Tests.Sync;
using Bookmine.Tests.SyncServer;
using Bookmine.Tests.TillClient;
using Bookmine.Tests.Support;

namespace Bookmine.Tests.Engines;

public sealed class EdgeOnSqlServer() : EdgeTests(Engine.SqlServer);

public sealed class KeptJournalOnSqlServer() : KeptJournalTests(Engine.SqlServer);

public sealed class LandedShopOnSqlServer() : LandedShopTests(Engine.SqlServer);

public sealed class RescueOnSqlServer() : RescueTests(Engine.SqlServer);

public sealed class RestoreOnSqlServer() : RestoreTests(Engine.SqlServer);

public sealed class ResynchronisingOnSqlServer() : ResynchronisingTests(Engine.SqlServer);

public sealed class RetentionOnSqlServer() : RetentionTests(Engine.SqlServer);

public sealed class CrashPointOnSqlServer() : CrashPointTests(Engine.SqlServer);

public sealed class DivergenceOnSqlServer() : DivergenceTests(Engine.SqlServer);

public sealed class FeedOnSqlServer() : FeedTests(Engine.SqlServer);

public sealed class NewsOnSqlServer() : NewsTests(Engine.SqlServer);

public sealed class EnrolmentOnSqlServer() : EnrolmentTests(Engine.SqlServer);

public sealed class ClockOnSqlServer() : ClockTests(Engine.SqlServer);

public sealed class OperatorOnSqlServer() : OperatorTests(Engine.SqlServer);

public sealed class AuthorityWordsOnSqlServer() : AuthorityWordsTests(Engine.SqlServer);

public sealed class PersonOnSqlServer() : PersonTests(Engine.SqlServer);

public sealed class TillStateOnSqlServer() : TillStateTests(Engine.SqlServer);

public sealed class ForeignOnSqlServer() : ForeignTests(Engine.SqlServer);

public sealed class FuzzOnSqlServer() : FuzzTests(Engine.SqlServer);

public sealed class ImportOnSqlServer() : ImportTests(Engine.SqlServer);
public sealed class MailOnSqlServer() : MailTests(Engine.SqlServer);

public sealed class CodeOnSqlServer() : CodeTests(Engine.SqlServer);

public sealed class StockCountOnSqlServer() : StockCountTests(Engine.SqlServer);

public sealed class QuarantineOnSqlServer() : QuarantineTests(Engine.SqlServer);

public sealed class ServerKeyOnSqlServer() : ServerKeyTests(Engine.SqlServer);

public sealed class OrderOnSqlServer() : OrderTests(Engine.SqlServer);

public sealed class RefundOnSqlServer() : RefundTests(Engine.SqlServer);

public sealed class StoredRowOnSqlServer() : StoredRowTests(Engine.SqlServer);

public sealed class FeedUnderLoadOnSqlServer() : FeedUnderLoadTests(Engine.SqlServer);

public sealed class OpeningOnSqlServer() : OpeningTests(Engine.SqlServer);

public sealed class MoveOnSqlServer() : MoveTests(Engine.SqlServer);

public sealed class PostingUnitOnSqlServer() : PostingUnitTests(Engine.SqlServer);

public sealed class EditBesidePostingOnSqlServer() : EditBesidePostingTests(Engine.SqlServer);

public sealed class BackOfficeOnSqlServer() : BackOfficeTests(Engine.SqlServer);

public sealed class ApiOnSqlServer() : ApiTests(Engine.SqlServer);
