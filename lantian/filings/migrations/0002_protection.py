from django.db import migrations

from lantian.office.protection import run_sql


class Migration(migrations.Migration):
    dependencies = [("office", "0002_protection"), ("filings", "0001_initial")]

    operations = run_sql("filings/sql/filings.sql", "filings/sql/captures.sql")
