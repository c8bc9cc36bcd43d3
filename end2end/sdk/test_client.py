"""Every call of the published client that this console answers. Its models refuse an answer that lacks a field."""

import json
import unittest
import uuid

import requests
from codemie_sdk.models.admin import ApplicationCreateRequest
from codemie_sdk.models.analytics import PaginatedAnalyticsQueryParams
from codemie_sdk.models.project import BulkAssignmentUserItem

from console import MAINTAINER, PASSWORD, Console

console = None


def setUpModule():
    global console
    console = Console()


def tearDownModule():
    console.stop()


def new_name(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


class WithClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = console.client()

    def new_user(self, **more):
        email = f"{new_name('person')}@example.com"
        return self.client.admin.create_local_user(email=email, username=email, password=PASSWORD, **more)

    def refused(self, status, call, *arguments, **more):
        with self.assertRaises(requests.HTTPError) as caught:
            call(*arguments, **more)
        response = caught.exception.response
        self.assertEqual(response.status_code, status, response.text)
        return response.text


class SigningIn(WithClient):
    def test_who_signed_in(self):
        me = self.client.users.about_me()
        self.assertEqual((me.email, me.is_admin), (MAINTAINER, True))
        self.assertEqual([project.is_default for project in me.projects].count(True), min(len(me.projects), 1))

    def test_a_wrong_password_is_401(self):
        with self.assertRaises(requests.HTTPError) as caught:
            console.client(password="wrong")
        self.assertEqual(caught.exception.response.status_code, 401)

    def test_a_new_sign_in_ends_no_older_one(self):
        first = console.client()
        console.client()
        self.assertEqual(first.users.about_me().email, MAINTAINER)


class Configuration(WithClient):
    def test_the_switches(self):
        ids = {component["id"]: component["settings"] for component in self.client.customer_config.get_config()}
        self.assertEqual(ids["features:userManagement"], {"enabled": True})
        self.assertEqual(ids["idpProvider"]["value"], "local")
        self.assertFalse(self.client.customer_config.is_mcp_custom_servers_disabled())

    def test_the_document_names_the_addresses(self):
        document = requests.get(f"{console.origin}/openapi.json").json()
        self.assertIn("/v1/admin/users", document["paths"])
        self.assertTrue(document["info"]["title"])


class People(WithClient):
    def test_a_new_user_is_found_and_signs_in(self):
        made = self.new_user(name="Sdk Person")
        self.assertEqual(made.username, made.email)
        found = self.client.users.list_admin_users(search=made.email, filters=json.dumps({"is_active": True}))
        self.assertEqual(([user.id for user in found.data], found.pagination.total), ([made.id], 1))
        self.assertEqual([user.id for user in self.client.admin.list_users(search=made.email, per_page=1000)], [made.id])
        detail = self.client.users.get_admin_user(made.id)
        self.assertEqual((detail.name, detail.is_active, detail.deleted_at), ("Sdk Person", True, None))
        self.assertEqual(console.client(made.email).users.about_me().user_id, made.id)

    def test_a_name_that_is_taken_is_409(self):
        made = self.new_user()
        self.refused(
            409, self.client.admin.create_local_user, email=made.email.upper(), username=new_name("u"), password=PASSWORD
        )

    def test_roles_and_limits_change(self):
        made = self.new_user()
        self.assertTrue(self.client.users.update_admin_user(made.id, is_maintainer=True).is_admin)
        plain = self.client.users.update_admin_user(made.id, is_admin=False, name="Renamed", project_limit=5)
        self.assertEqual((plain.is_maintainer, plain.name, plain.project_limit), (False, "Renamed", 5))
        self.refused(400, self.client.users.update_admin_user, made.id, username="other")

    def test_a_deactivated_user_cannot_sign_in_until_reactivated(self):
        made = self.new_user()
        self.client.users.deactivate_user(made.id)
        self.client.admin.delete_user(made.id)
        with self.assertRaises(requests.HTTPError):
            console.client(made.email)
        again = self.client.users.reactivate_user(made.id)
        self.assertEqual((again.is_active, again.deleted_at), (True, None))
        self.assertEqual(console.client(made.email).users.about_me().email, made.email)

    def test_a_plain_user_manages_nobody(self):
        made = self.new_user()
        plain = console.client(made.email)
        text = self.refused(403, plain.users.list_admin_users)
        self.assertIn("This action requires administrator, maintainer, or auditor privileges.", text)
        self.refused(403, plain.users.deactivate_user, made.id)
        self.refused(404, self.client.users.get_admin_user, str(uuid.uuid4()))


class UserProjects(WithClient):
    def test_an_administrator_manages_the_projects_of_a_user(self):
        made, name = self.new_user(), new_name("project")
        self.client.projects.create_project(name=name)
        self.client.users.assign_user_to_project(made.id, name)
        self.client.users.update_user_project_role(made.id, name, True)
        listed = {project.project_name: project for project in self.client.users.get_user_projects(made.id)}
        self.assertEqual((listed[name].is_project_admin, listed[made.email].is_default), (True, True))
        self.refused(409, self.client.users.assign_user_to_project, made.id, name)
        self.client.users.remove_user_from_project(made.id, name)
        self.refused(404, self.client.users.remove_user_from_project, made.id, name)


class BudgetGroups(WithClient):
    def test_a_group_is_spread_over_categories(self):
        name, groups = new_name("project"), self.client.project_budget_groups
        self.client.projects.create_project(name=name)
        self.assertEqual(groups.list_by_project(name), {"items": [], "total": 0})
        made = groups.create(name, "Total", 1000.0, "30d", {"platform": 60.0, "cli": 40.0})
        amounts = {one["category"]: (one["max_budget"], one["soft_budget"]) for one in made["categories"]}
        self.assertEqual(amounts, {"platform": (600, 480), "cli": (400, 320)})
        text = self.refused(400, groups.update, made["group_id"], {"platform": 0.0, "cli": 100.0})
        self.assertIn("hard limit must be greater than 0", text)
        changed = groups.update(made["group_id"], {"platform": 75.0, "cli": 25.0, "premium_models": 0.0})
        self.assertEqual([one["max_budget"] for one in changed["categories"]], [750, 250])
        self.assertEqual(groups.get(made["group_id"]), changed)
        self.refused(409, groups.create, name, "Second", 1.0, "30d", {"platform": 100.0})
        groups.delete(made["group_id"])
        self.refused(404, groups.get, made["group_id"])
        self.assertTrue(groups.list_by_project(name)["items"][0]["deleted_at"])


class Projects(WithClient):
    def test_a_project_lives_and_dies(self):
        name = new_name("project")
        made = self.client.projects.create_project(name=name, description="What it is for", display_name="Shown")
        self.assertEqual((made.project_type, made.description, made.chargeback_attribution), ("shared", "What it is for", "project"))
        found = self.client.projects.list_projects(search=name, sort_by="name")
        self.assertEqual(([row.name for row in found.data], found.pagination.total), ([name], 1))
        detail = self.client.projects.get_project_detail(name)
        self.assertEqual([(one.user_id, one.is_project_admin) for one in detail.members], [(made.created_by, True)])
        changed = self.client.projects.update_project(name, display_name="Other", clear_description=True)
        self.assertEqual((changed.display_name, changed.description), ("Other", None))
        text = self.refused(422, self.client.projects.update_project, name, description="x", clear_description=True)
        self.assertIn("Provide either description or clear_description", text)
        self.assertEqual(self.client.projects.delete_project(name).name, name)
        self.refused(404, self.client.projects.get_project_detail, name)

    def test_names_are_checked_and_taken_once(self):
        name = new_name("project")
        self.client.projects.create_project(name=name)
        self.refused(409, self.client.projects.create_project, name=name)
        self.refused(400, self.client.projects.create_project, name="Bad Name")
        self.refused(404, self.client.projects.create_project, name=new_name("p"), cost_center_id=uuid.uuid4())

    def test_who_may_not_see_a_project_is_told_that_there_is_none(self):
        name, other = new_name("project"), console.client(self.new_user().email)
        self.client.projects.create_project(name=name)
        self.assertIn("Project not found", self.refused(404, other.projects.get_project_detail, name))
        self.refused(404, other.projects.delete_project, name)
        self.refused(403, other.projects.update_project, name, display_name="x")
        self.assertEqual([row.name for row in other.projects.list_projects(search=name).data], [])

    def test_ownership_moves(self):
        name, new_owner = new_name("project"), self.new_user()
        self.client.projects.create_project(name=name)
        moved = self.client.projects.transfer_ownership(name, new_owner.id)
        self.assertEqual(moved.message, f"Ownership of '{name}' transferred to '{new_owner.id}'")
        self.assertEqual(self.client.projects.get_project_detail(name).created_by, new_owner.id)

    def test_applications_are_projects(self):
        name = new_name("application")
        self.assertEqual(self.client.admin.list_applications(name), [])
        self.assertTrue(self.client.admin.create_application(ApplicationCreateRequest(name=name)))
        self.assertEqual(self.client.admin.list_applications(name), [name])
        self.refused(409, self.client.admin.create_application, ApplicationCreateRequest(name=name.upper()))


class Members(WithClient):
    def setUp(self):
        self.name = new_name("project")
        self.client.projects.create_project(name=self.name)

    def test_one_comes_changes_and_goes(self):
        person, projects = self.new_user(), self.client.projects
        added = projects.assign_user_to_project(self.name, person.id, is_project_admin=False)
        self.assertEqual((added.user_id, added.project_name), (person.id, self.name))
        self.refused(409, projects.assign_user_to_project, self.name, person.id, False)
        self.assertTrue(projects.update_user_project_assignment(self.name, person.id, True).is_project_admin)
        projects.remove_user_from_project(self.name, person.id)
        self.refused(404, projects.remove_user_from_project, self.name, person.id)
        self.refused(400, projects.assign_user_to_project, self.name, "no-id", False)

    def test_many_come_and_go(self):
        people, projects = [self.new_user() for _ in range(3)], self.client.projects
        items = [BulkAssignmentUserItem(user_id=person.id, is_project_admin=False) for person in people]
        added = projects.bulk_assign_users_to_project(self.name, items)
        self.assertEqual([one.action for one in added.results], ["assigned"] * 3)
        self.assertEqual([one.action for one in projects.bulk_assign_users_to_project(self.name, items).results], ["updated"] * 3)
        self.refused(400, projects.bulk_assign_users_to_project, self.name, items + items[:1])
        gone = projects.bulk_remove_users_from_project(self.name, [person.id for person in people])
        self.assertEqual((gone.total, {one.action for one in gone.results}), (3, {"removed"}))

    def test_the_creator_is_the_oldest_member(self):
        self.client.projects.assign_user_to_project(self.name, self.new_user().id, True)
        detail = self.client.projects.get_project_detail(self.name)
        oldest = min(detail.members, key=lambda member: member.date)
        self.assertEqual(oldest.user_id, detail.created_by)


class Analytics(WithClient):
    def test_spend_is_told_by_project_and_user(self):
        owner, name = self.new_user(), new_name("spending")
        self.client.projects.create_project(name=name, description="What it spends")
        console.run(
            """insert into spend_days (day, category, project_id, user_id, model, amount, input_tokens, output_tokens, events)
               select (now() at time zone 'UTC')::date, 'cli', p.id, u.id, 'opus', 1.000000001, 1, 1, 1
               from projects p, users u where p.name = %s and u.email = %s""",
            name,
            owner.email,
        )
        asked = PaginatedAnalyticsQueryParams(time_period="last_7_days", projects=name, users=owner.id)
        for call, row in [
            (self.client.analytics.get_projects_spending, {"project_name": name, "total_cost_usd": 1.000000001}),
            (self.client.analytics.get_users_spending, {"user_email": owner.email, "total_cost_usd": 1.000000001}),
        ]:
            answer = call(asked)
            self.assertEqual(answer.data.rows, [row])
            self.assertEqual([column.id for column in answer.data.columns], list(row))
            self.assertEqual((answer.pagination.total_count, answer.pagination.has_more), (1, False))
            self.assertEqual(answer.metadata.filters_applied["projects"], [name])

    def test_nobody_is_past_a_limit(self):
        asked = PaginatedAnalyticsQueryParams(time_period="last_7_days")
        self.assertEqual(self.client.analytics.get_budget_soft_limit(asked).data.rows, [])
        self.assertEqual(self.client.analytics.get_budget_hard_limit(asked).data.rows, [])


class ActivityEvents(WithClient):
    def test_a_change_is_an_event_of_its_caller(self):
        name = new_name("audited")
        self.client.projects.create_project(name=name, description="What is on record")
        found = self.client.activity_events.list_events(entity_type=["project"], entity_id=name, limit=10)
        self.assertEqual([event.event_type for event in found.data], ["project.created"])
        self.assertEqual((found.pagination.total, found.pagination.pages), (1, 1))
        event = found.data[0]
        self.assertEqual((event.domain, event.entity_id), ("project_management", name))
        self.assertIsNotNone(event.actor_id)
        later = self.client.activity_events.list_events(entity_id=name, from_dt="2100-01-01T00:00:00Z")
        self.assertEqual(later.data, [])

    def test_the_filters_are_told(self):
        options = self.client.activity_events.get_filter_options()
        self.assertIn("user_management", options.domains)
        self.assertIn("user.project.assigned", options.event_types)
        self.assertIn("project", options.entity_types)


class Neighbours(WithClient):
    def test_what_is_not_kept_here_is_empty(self):
        self.assertEqual(list(self.client.assistants.list()), [])
        self.assertEqual(list(self.client.workflows.list()), [])
        self.assertEqual(list(self.client.datasources.list()), [])
        self.assertEqual(self.client.llms.list(), [])


if __name__ == "__main__":
    unittest.main()
