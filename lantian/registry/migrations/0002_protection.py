from django.db import migrations

from lantian.office.protection import run_sql


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial"), ("office", "0002_protection")]

    operations = run_sql("registry/sql/registry.sql")
