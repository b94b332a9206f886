from django.db import migrations

from lantian.office.protection import run_sql


class Migration(migrations.Migration):
    dependencies = [("office", "0001_initial")]

    operations = run_sql("office/sql/protection.sql", "office/sql/office.sql", "office/sql/search.sql")
