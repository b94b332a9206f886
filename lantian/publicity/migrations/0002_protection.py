from django.db import migrations

from lantian.office.protection import run_sql


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0002_protection"),
        ("office", "0002_protection"),
        ("publicity", "0001_initial"),
    ]

    operations = run_sql("publicity/sql/publicity.sql")
