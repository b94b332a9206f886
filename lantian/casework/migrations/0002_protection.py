from django.db import migrations

from lantian.office.protection import run_sql


class Migration(migrations.Migration):
    dependencies = [("office", "0002_protection"), ("casework", "0001_initial")]

    operations = run_sql(
        "casework/sql/casework.sql",
        "casework/sql/measures.sql",
        "casework/sql/outside.sql",
        "casework/sql/worksheets.sql",
    )
