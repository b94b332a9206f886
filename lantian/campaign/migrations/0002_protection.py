from django.db import migrations

from lantian.office.protection import run_sql


class Migration(migrations.Migration):
    dependencies = [("office", "0002_protection"), ("campaign", "0001_initial")]

    operations = run_sql("campaign/sql/campaign.sql")
