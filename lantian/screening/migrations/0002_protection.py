from django.db import migrations

from lantian.office.protection import run_sql


class Migration(migrations.Migration):
    dependencies = [("office", "0002_protection"), ("screening", "0001_initial"), ("casework", "0002_protection")]

    operations = run_sql("screening/sql/screening.sql")
