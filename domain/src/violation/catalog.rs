//! Every rule's code and sentence, by area.

use crate::count::{MAX_EXACT_COUNT, counted};

super::violations! {
    // Text, numbers and choices in any field.
    Required { what: String } "required" 400 => "Enter {what}.";
    UnknownChoice { choices: String } "unknown_choice" 400 => "Choose {choices}.";
    NoMatch { noun: String, typed: String } "no_match"
        => "No {noun} is called “{typed}”. Enter another name or a part of it.";
    NoExactMatch { noun: String, typed: String } "no_exact_match"
        => "“{typed}” is not the whole name of one {noun}. Choose one of these.";
    TooShort { what: String, min: usize } "too_short" 400 => "Enter at least {min} characters for {what}.";
    TooLong { what: String, over: usize, max: usize } "too_long" 400
        => "Shorten {what} by {over}: at most {max} characters fit.";
    InvisibleCharacter { character: String, what: String } "invisible_character" 400
        => "Remove the {character} from {what}.";
    ControlCharacters { what: String } "control_characters" 400 => "Remove the control characters from {what}.";
    NoVisibleCharacter { what: String } "no_visible_character" 400 => "Enter a visible character in {what}.";
    ContainsBlanks { what: String } "contains_blanks" 400 => "Remove the blanks from {what}.";
    NotNormalized "not_normalized" 400
        => "Send it as it is stored: without blanks around it, in Unicode normalization form C.";
    InvalidEmail "invalid_email" 400 => "Enter an e-mail address like name@example.com.";
    RowsOutOfRange { max: u16 } "rows_out_of_range" 400 => "Choose from 1 to {max} rows.";
    UnknownCursor "unknown_cursor" 400 => "This place in the list is not known.";

    // Names of projects.
    NameLength { min: usize, max: usize, length: usize } "name_length" 400
        => "Enter {min} to {max} characters; this has {length}.";
    NameCharacters { wrong: String } "name_characters" 400
        => "Use lower-case letters, digits, - and _ only; remove {wrong}.";
    NameStart "name_start" 400 => "Begin with a lower-case letter or a digit.";
    NameReserved { name: String } "name_reserved" 400 => "Choose another name: {name} is reserved.";
    NameNotAddressable { name: String } "name_not_addressable" 400
        => "Choose another name: “{name}” cannot be part of an address.";

    // Amounts, limits and reset periods.
    InvalidAmount "invalid_amount" => "Enter an amount of zero or more, like 250 or 250.00.";
    TooManyDecimals "too_many_decimals" 400 => "Enter at most nine decimals.";
    AmountTooLarge "amount_too_large" => "Enter less than $1,000,000,000.";
    NotADecimalNumber "not_a_decimal_number" 400
        => "Send a decimal number such as 0.0125: digits and at most one point, without an exponent.";
    AmountNotPositive "amount_not_positive" 400 => "Send more than 0.";
    NegativeAmount "negative_amount" 400 => "Send 0 or more.";
    AmountOfNothing "amount_of_nothing" 400 => "Send an amount other than 0.";
    NegativeWithoutCorrection "negative_without_correction" 400
        => "A negative amount is a correction. Name the key of the event that it corrects.";
    CorrectionNotNegative "correction_not_negative" 400 => "A correction has a negative amount.";
    SubjectMissing "subject_missing" 400 => "Name a user, a project, or both.";
    SpendTooLarge { max: String } "spend_too_large" 400 => "Send US dollars, at most {max} at once.";
    TokensOutOfRange { max: i64 } "tokens_out_of_range" 400 => "Send a count of tokens from 0 to {max}.";
    NotATime "not_a_time" 400 => "Send a time with its offset, like 2026-03-02T09:00:00Z.";
    ReservationLifetime { max: i64 } "reservation_lifetime" 400
        => "Send a whole number of seconds from 1 to {max}.";
    UnclearAmount { text: String, reading: String } "unclear_amount" => "Write {reading} instead of “{text}”.";
    AmbiguousAmount { text: String, first: String, last: String } "ambiguous_amount"
        => "“{text}” is ambiguous. Write {first} or {last}.";
    CalendarPeriod "calendar_period" 400
        => "Calendar windows last a day, a week or a month. Choose 1, 7 or 30 days, or rolling windows.";
    InvalidAlertThresholds "invalid_alert_thresholds"
        => "Enter whole percentages of the hard limit from 1 to 100, like 80, 100.";
    TooManyAlertThresholds { max: usize } "too_many_alert_thresholds" => "Enter at most {max} percentages.";
    UnknownTimeZone "unknown_time_zone" 400
        => "Choose a time zone from the list, for example Europe/Warsaw.";
    HardLimitZero "hard_limit_zero" 400 => "Enter more than $0.00.";
    SoftLimitAboveHard { above: String, hard: String } "soft_limit_above_hard" 400
        => "The soft limit is {above} above the hard limit. Enter {hard} or less, or raise the hard limit.";
    InvalidPercentage "invalid_percentage" 400 => "Enter a percentage from 0 to 100, like 60 or 33.33.";
    PercentagesNotHundred { sum: String } "percentages_not_hundred" 400 at "categories"
        => "The percentages sum to {sum}. Make them sum to 100.";
    PlatformShareMissing "platform_share_missing" 400 at "categories"
        => "The category platform is missing. Give it a percentage above 0.";
    PlatformShareZero "platform_share_zero" 400 at "platform"
        => "platform: the hard limit must be greater than 0.";
    FixedSharesAboveBudget { fixed: String, above: String, budget: String } "fixed_shares_above_budget" 400
        => "The fixed shares of members would sum to {fixed}, {above} above the budget of {budget}. Lower a fixed share, \
            or raise the budget.";
    NoFixedShare "no_fixed_share" 404 => "The member has no fixed share of this budget.";
    InvalidResetPeriod "invalid_reset_period" 400
        => "Enter a number followed by d, h or m, up to 366d, like 30d.";
    ResetPeriodTooShort "reset_period_too_short"
        => "Choose one hour or more. Only API clients can set a shorter period.";
    ResetCountOutOfRange { unit: String, max: u32 } "reset_count_out_of_range"
        => "Enter a whole number of {unit} from 1 to {max}.";
    InvalidBudgetId "invalid_budget_id" 400 => "Use 1 to 128 letters, digits, - and _ only.";
    BudgetIdIsUuid "budget_id_is_uuid" 400
        => "Use something other than a UUID: budgets without an id of yours have those.";

    // Passwords.
    PasswordTooShort { length: usize, least: usize } "password_too_short" 400
        => "Too short: {length} of at least {least} characters.";
    PasswordTooCommon "password_too_common" 400
        => "Choose another password: this one is on lists that attackers try first.";

    PasswordUnchanged "password_unchanged" 400 => "Choose a password that differs from the current one.";
    OwnPassword "own_password" 403 => "Change your own password on your profile instead.";

    // Sign-in.
    WrongSignIn { tries: u16, minutes: i64 } "wrong_sign_in" 401 at "password"
        => "The e-mail address or the password is wrong. After {attempts} sign-in is blocked for {time}.",
        attempts = counted(*tries, "failed attempt"), time = counted(*minutes, "minute");
    WrongCurrentPassword { tries: u16, minutes: i64 } "wrong_current_password" 401 at "current_password"
        => "The current password is wrong. After {attempts} sign-in is blocked for {time}.",
        attempts = counted(*tries, "failed attempt"), time = counted(*minutes, "minute");
    WrongPassword { tries: u16, minutes: i64 } "wrong_password" at "confirm_password"
        => "The password is wrong. After {attempts} sign-in is blocked for {time}.",
        attempts = counted(*tries, "failed attempt"), time = counted(*minutes, "minute");
    WrongBreakGlassCode "wrong_break_glass_code" at "code"
        => "This code does not open a session: it is wrong, was used or revoked, or has expired. Run bursar break-glass for another one.";
    BreakGlassOff "break_glass_off" => "Break-glass is turned off by BURSAR_BREAK_GLASS.";
    MovePlanChanged "move_plan_changed"
        => "The plan has changed since you opened it. Check the new numbers, then confirm again.";
    AccountRequired "account_required" 403
        => "A break-glass session belongs to no user and cannot do this. Sign in with an account of your own.";
    GrantNeedsAccount "grant_needs_account" 403
        => "A break-glass session cannot grant maintainer, nor change the password, the e-mail address or the identity of a maintainer. Run bursar grant-maintainer on the server.";
    OneTimePasswordDue "one_time_password_due" 401 at "current_password"
        => "Enter your one-time password again: you signed in more than 10 minutes ago.";
    OneTimePasswordExpired "one_time_password_expired" 403
        => "This one-time password has expired. Ask an administrator for a new one.";
    AccountDeactivated "account_deactivated" 403 => "This account is deactivated. Ask an administrator.";
    SignInWith { provider: String } "sign_in_with_provider" => "Sign in with {provider}.";

    // Rights.
    RoleRequired { roles: String } "role_required" 403 => "Only {roles} can do this. Ask one of them.";
    AuditorsOnlyRead "auditors_only_read" 403
        => "Auditors see everything and change nothing. Ask a maintainer or an admin.";
    ProjectsFromProvider "projects_from_provider" 403
        => "Projects come from the identity provider here (Keycloak-managed mode). Ask an administrator of the identity \
            provider to add the project to your account, or an admin to create it in Bursar.";
    AccessKeptByProvider "access_kept_by_provider" 409
        => "The identity provider keeps roles and projects here (Keycloak-managed mode), and Bursar stores no users. Read \
            them in Keycloak: run bursar access-matrix --live.";
    MaintainerAccount { name: String } "maintainer_account" 403
        => "{name} is a maintainer. Only maintainers can change this account; ask one.";
    RoleOfMaintainers { name: String, role: String } "role_of_maintainers" 403
        => "{name} is {role}. Only maintainers change that role; ask one.";

    // Users.
    OwnRole "own_role" 403 => "You cannot change your own role. Ask another maintainer to do it.";
    OwnAccount "own_account" 403 => "You cannot deactivate your own account. Ask another admin to do it.";
    ExternalUserRole { name: String, role: String } "external_user_role" 403
        => "{name} is an external user and cannot be {role}. Make the account regular first.";
    RoleHeld { name: String, role: String } "role_held" 403
        => "{name} is {role}. Revoke that role first: external users hold none.";
    MaintainerIsAdmin "maintainer_is_admin" 400 at "role" => "A maintainer is always an admin too.";
    RoleNotConfirmed { role: String } "role_not_confirmed" at "role"
        => "Not saved yet: press “Save role” and confirm {role}.";
    AccountActive { name: String } "account_active"
        => "{name} is active and needs the e-mail address. Deactivate the account first.";
    AddressReleased { name: String } "address_released" 403
        => "The e-mail address of {name} was released. Enter an address first, then reactivate the account.";
    AccountsFromProvider "accounts_from_provider" 400
        => "Users sign in through the identity provider here. The account is created at the first sign-in.";
    UserDeactivated { name: String } "user_deactivated" 400 => "{name} is deactivated. Reactivate the account first.";
    InvalidProjectLimit "invalid_project_limit"
        => "Enter a whole number from 0, or nothing for the default.";
    ProjectLimitOutOfRange { max: i32 } "project_limit_out_of_range" 400 at "project_limit"
        => "Enter a whole number from 0 to {max}.";
    NoLimitForUsers "no_limit_for_users" 400 at "project_limit"
        => "Only admins are without a limit. Enter a number.";
    EmailTaken "email_taken" 409 at "email"
        => "Another user has this e-mail address. If that account is deactivated, release its address first.";
    UsernameTaken "username_taken" 409 at "username" => "Another user has this user name. Choose another.";

    // Users of Keycloak.
    KeycloakUserExists { username: String } "keycloak_user_exists" at "username"
        => "Keycloak has a user {username} already. Choose another user name, or change that user on its page.";
    KeycloakEmailTaken { username: String } "keycloak_email_taken" at "email"
        => "Another user of the realm has this address: {username}. Enter another one.";
    KeycloakUsernameIsEmail "keycloak_username_is_email" at "username"
        => "The realm uses the e-mail address as user name. Enter the address here too.";
    KeycloakValueRefused { said: String } "keycloak_value_refused" => "Keycloak refused this value: {said}.";
    KeycloakPasswordPolicy { said: String } "keycloak_password_policy" at "first_sign_in"
        => "The password policy of the realm refuses the temporary password: {said}. Choose Keycloak's mail, or relax the \
            policy.";
    KeycloakMailMissing { realm: String } "keycloak_mail_missing" at "first_sign_in"
        => "The realm {realm} has no mail server. Set it in Keycloak under Realm settings, Email, or choose a temporary \
            password.";
    KeycloakMailNotSent { said: String } "keycloak_mail_not_sent" at "first_sign_in"
        => "Keycloak could not send the mail, so the user was not created: {said}. Check the mail server of the realm, or \
            choose a temporary password.";
    ExternalKeycloakAdmin "external_keycloak_admin" at "role"
        => "An external user cannot be an admin. Choose developer.";
    KeycloakRoleNotMapped { role: String } "keycloak_role_not_mapped" at "role"
        => "OIDC_ROLE_MAP names no realm role that gives {role}. Add one there.";
    OwnKeycloakRole "own_keycloak_role" at "role"
        => "You cannot change your own role. Ask another administrator to do it.";
    InheritedKeycloakRole { role: String } "inherited_keycloak_role" at "role"
        => "The role {role} comes from a group or another role. Remove it there, in Keycloak.";
    ProjectSeparator { name: String, separator: String } "project_separator"
        => "“{name}” contains {separator}. Separate projects by commas.";
    KeycloakUserGone "keycloak_user_gone" => "The user was deleted in Keycloak meanwhile. Nothing was changed.";
    KeycloakUserBusy "keycloak_user_busy"
        => "Another change of this user began a moment ago. Nothing was changed; try again in a minute.";
    KeycloakUnavailable { why: String } "keycloak_unavailable"
        => "Nothing was changed in Keycloak. {why}.";
    KeycloakNotChanged { why: String } "keycloak_not_changed"
        => "Keycloak did not take the change: {why}. Load the page again to see what it has now.";
    KeycloakNotCreated { why: String } "keycloak_not_created" => "The user was not created: {why}.";
    KeycloakUserIncomplete { username: String, why: String } "keycloak_user_incomplete"
        => "The user {username} stays in Keycloak without a way to sign in: {why}. Delete the user there, then create it \
            again.";

    // Projects.
    ProjectNameTaken "project_name_taken" 409 at "name"
        => "There is already a project with this name, perhaps a deleted one. Choose another.";
    UnknownProject "unknown_project" at "project" => "There is no such project. Choose one from the list.";
    PersonalProjectDeletion "personal_project_deletion" 409
        => "A personal project belongs to its owner's account and cannot be deleted.";
    PersonalProjectTransfer "personal_project_transfer" 409
        => "A personal project belongs to its owner's account and cannot be transferred.";
    ProjectHasMembers { others: i64 } "project_has_members" 409 => "{members}. Remove them first.",
        members = other_members(*others);

    // Budgets.
    BudgetsOff "budgets_off" 400 => "Budgets are switched off.";
    BudgetIdTaken "budget_id_taken" 409 at "budget_id" => "There is already a budget with this id. Choose another.";
    BudgetNameTaken "budget_name_taken" 409 at "name" => "There is already a budget with this name. Choose another.";
    GatewayNameTaken "gateway_name_taken" at "name"
        => "There is already a gateway with this name. Choose another, or revoke that gateway first.";
    DefaultBudget { category: String } "default_budget" 409
        => "The budget is the default for {category}. Make another one the default first, or clear it.";
    PredefinedBudget "predefined_budget" 403
        => "This budget is declared in the file of predefined budgets. Ask an operator to change it there.";
    PredefinedDefault { category: String } "predefined_default" 403
        => "The file of predefined budgets says which budget is the default for {category}. Ask an operator to change it \
            there.";
    LastDefault { category: String } "last_default" 409
        => "It is the default for {category}, and users without a budget of their own would have no limit there. Declare \
            another {category} budget, or keep this one and declare a new one with an id of its own.";
    CategoryInUse "category_in_use" 409 at "category" => "The category cannot change while the budget is assigned.";
    DeliveryNotWaiting "delivery_not_waiting"
        => "The message was delivered, or is being sent at this moment. Refresh the page.";
    UnknownBudget { id: String } "unknown_budget" 404 at "assignments" => "There is no budget {id}.";
    CategoryMismatch { budget: String, category: String } "category_mismatch" 400
        => "The budget {budget} is not of the category {category}.";
    ProjectBudgetNotAssignable "project_budget_not_assignable" 400
        => "A budget that belongs to a project cannot be assigned. Choose a global budget.";
    ProjectHasBudget { category: String } "project_has_budget" 409
        => "The project has a {category} budget already. Edit, unassign or delete it first.";
    BudgetOfProject { budget: String } "budget_of_project" 409
        => "The budget {budget} belongs to the project. Delete it in place of unassigning it.";
    BudgetForPersonalProject "budget_for_personal_project" 403
        => "Cannot create a budget for a personal project. Assign a budget to its owner instead.";
    ProjectHasGroup "project_has_group" 409 at "project_name"
        => "The project has a budget group already. Edit or delete that one.";
    PeriodOfGroup "period_of_group" 409 at "budget_duration"
        => "The budget is part of a group, which has one reset period. Edit the group instead.";
    BudgetAssigned { holders: String } "budget_assigned" 409
        => "The budget is assigned to {holders}. Unassign it first.";
    HoldersChanged { holders: String } "holders_changed"
        => "The assignments changed since the page was loaded: now {holders} would lose the budget. Check them, then \
            confirm again.";
    PersonalProjectBudget "personal_project_budget"
        => "A personal project is paid by its owner's budgets. Maintainers assign them to the owner, who can request one on \
            My access.";

    // Requests for budgets.
    RequestNotAbovePresent { present: String } "request_not_above_present" at "hard_limit"
        => "The hard limit is {present} now. Enter more than that.";
    BudgetRequestWaiting "budget_request_waiting"
        => "A request for this category is waiting already. Withdraw it before you request another amount.";
    BudgetBelowPresent { budget: String, present: String } "budget_below_present" at "budget"
        => "{budget} is not above the present hard limit of {present}. Choose a larger budget, or decline the request.";
    OwnBudgetRequest "own_budget_request" => "You cannot decide your own request. Ask another maintainer.";
    BudgetRequestSettled { by: String, what: String } "budget_request_settled"
        => "{by} {what} this request already. Nothing was changed.";
    BudgetRequestClosed "budget_request_closed"
        => "The user was deactivated or the project was deleted, which closed the request. Nothing was changed.";

    // Commands of the operator.
    UnknownEmail { email: String } "unknown_email"
        => "No user has the e-mail address {email}. Create the account first.";
    OtherSubject { email: String } "other_subject"
        => "The account with the e-mail address {email} has another subject, so it is another user's. Nothing was changed.";
    EmailNotVerified { email: String } "email_not_verified"
        => "The e-mail address {email} is not verified, so another user may have chosen it. Look up the user's id at the \
            identity provider (in Keycloak: Users, ID) and run `bursar grant-maintainer {email} --subject <ID>`, or have \
            the address verified there and the user sign in again.";
    DatabaseInUse "database_in_use"
        => "There are users in this database already. Use an empty one, or pass --beside-others.";
    SeedInUse "seed_in_use"
        => "The users of this seed are in this database already. Choose another --seed.";

    // Forms that cannot be read.
    ForeignForm "foreign_form" at "request"
        => "The request is not one this page sends. Load the page again, then try again.";
    FormOfAnotherUser "form_of_another_user"
        => "Another user opened this page before you signed in. Nothing was changed. Load the page again, then try again.";
    CrossSiteForm "cross_site_form"
        => "This was not sent from Bursar. Nothing was changed. Open Bursar in this browser, load the page again and send \
            the form from there.";
    FormTooLarge "form_too_large"
        => "Nothing was changed. Send less than 64 kB: shorten the longest field, then try again.";

    // Edit forms of objects that another user saved first.
    ChoiceMissing { label: String } "choice_missing" => "Choose a value for {label}.";
    ChangedOnceMore { label: String } "changed_once_more" => "{label} was changed once more. Choose a value.";

    // Members of a project.
    AlreadyMember "already_member" 409 at "person" => "This user is already a member.";
    UnknownUser "unknown_user" 404 at "person" => "There is no such user. Choose a user from the list.";
    UnknownUsers { ids: String } "unknown_users" 404 => "There is no user with this id: {ids}.";
    NotMembers { ids: String } "not_members" 404 at "users" => "There is no member with this id: {ids}.";
    NamedTwice { id: String } "named_twice" 400 at "users" => "{id} is named twice.";
    CreatorStays { name: String } "creator_stays" 400
        => "{name} created this project and stays in it. Delete the project instead.";
    OnlyProjectAdmin { name: String, projects: String } "only_project_admin"
        => "{name} is the only project admin of {projects}. Nothing was changed: confirm that there will be no project admin.";
    PersonalProjectMembers "personal_project_members" 403
        => "A personal project has one member, its owner. Create a shared project to work with others.";
    UsersDeactivated { names: String } "users_deactivated" 409
        => "Deactivated users cannot be added: {names}. Reactivate the accounts first.";
    ProjectClosedToExternal { project: String, names: String, open: String } "project_closed_to_external_users" 409
        => "External users cannot be members of {project}: {names}. Projects open to external users: {open}. \
            The operator can open more with EXTERNAL_USER_ALLOWED_PROJECTS.";
    ExternalProjectAdmins { names: String } "external_project_admins" 409
        => "External users cannot be project admins: {names}. Ask an admin to make the accounts regular first.";
    ProjectLimitReached { name: String, used: i64, allowed: i64 } "project_limit_reached" 409
        => "{name} is already in {used} of {allowed} shared projects. Remove {excess}, or ask an admin to raise the limit.",
        excess = if used == allowed { "one".to_owned() } else { (used - allowed + 1).to_string() };
    ProjectLimitsReached { users: String } "project_limits_reached" 409
        => "These users are in as many shared projects as they may be: {users}. Remove them from some, or ask an admin to \
            raise their limits.";

    // Import from Keycloak.
    ImportNotConfigured "import_not_configured"
        => "Bursar has no service account for the realm. Set the variables that the page names, then restart it.";
    ImportUnderWay "import_under_way"
        => "A plan or an import of this realm is under way. Wait until it is complete, or stop it first.";
    ImportNotUnderWay "import_not_under_way" => "It is not under way any more. Nothing was stopped.";
    ImportCompleted "import_completed"
        => "The users of this realm were imported already. Make a plan, look at it, then import again.";
    ImportNeedsPlan "import_needs_plan"
        => "Make a plan first: it shows what another import would do. Nothing was imported.";
    KeycloakRefused { why: String } "keycloak_refused" => "{why} Nothing was started.";

    // Access snapshots.
    SnapshotsNotConfigured "access_snapshots_not_configured"
        => "Bursar has no service account for the realm. Set the variables that the page names, then restart it.";
    SnapshotUnderWay "access_snapshot_under_way"
        => "A snapshot of this realm is under way. Wait until it is complete.";

    // LiteLLM.
    LiteLlmNotConfigured "litellm_not_configured"
        => "Bursar has no LiteLLM proxy. Set LITELLM_URL and LITELLM_MASTER_KEY, then restart it.";
    CollectionOff "spend_collection_off" 503
        => "Spend is not collected here. Set LITELLM_URL and LITELLM_COLLECT_SPEND, then restart Bursar.";
    CollectionUnderWay "spend_collection_under_way" 409 => "Spend is being collected. Wait until that is done.";
    LiteLlmRefused { why: String } "litellm_refused" 502 => "{why} Nothing was changed.";

    // Anomalies.
    AcceptanceDayOutOfRange { first: String, last: String } "acceptance_day_out_of_range"
        => "Choose a day from {first} to {last}.";
    AnomalyResolved "anomaly_resolved" 409
        => "The last snapshot no longer has this anomaly. There is nothing to decide.";
    AnomalyChanged "anomaly_changed" 409
        => "This anomaly changed since you opened it. Check what the page shows now, then decide again.";

    // Undo.
    UndoExpired { minutes: i64 } "undo_expired"
        => "This was undone already, or more than {minutes} minutes ago. Nothing was changed.";
    MemberAddedAgain { name: String, project: String } "member_added_again"
        => "{name} was added to {project} again since. Nothing was undone.";
    MemberRemovedSince { name: String, project: String } "member_removed_since"
        => "{name} was removed from {project} since. Nothing was undone.";
    RoleChangedSince { name: String } "role_changed_since" => "{name} got another role since. Nothing was undone.";
    UserReactivatedSince { name: String } "user_reactivated_since"
        => "{name} was reactivated since. Nothing was undone.";
    UserDeactivatedSince { name: String } "user_deactivated_since"
        => "{name} was deactivated since. Nothing was undone.";
    ProjectRestoredSince { project: String } "project_restored_since"
        => "{project} was restored since. Nothing was undone.";
    ProjectDeletedSince "project_deleted_since" => "The project was deleted since. Nothing was undone.";
    BudgetDeletedSince "budget_deleted_since" => "The budget was deleted since. Nothing was undone.";
    BudgetNameTakenSince "budget_name_taken_since"
        => "Another budget has this name or id now. Nothing was undone.";
    BudgetOfProjectDeleted { project: String } "budget_of_project_deleted"
        => "A budget of {project} was deleted since. Restore the project from the list instead.";
    BudgetUnassignedSince { budget: String } "budget_unassigned_since"
        => "Budget {budget} was unassigned or replaced since. Nothing was undone.";
    BudgetAssignedSince { category: String } "budget_assigned_since"
        => "A {category} budget was assigned since. Nothing was undone.";
}

fn other_members(count: i64) -> String {
    match count {
        1 => "1 other user is a member".to_owned(),
        count if count > MAX_EXACT_COUNT => format!("More than {MAX_EXACT_COUNT} users are members"),
        count => format!("{count} other users are members"),
    }
}
