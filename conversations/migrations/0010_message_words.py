import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from conversations.models import words


class Migration(migrations.Migration):

    atomic = False  # parents go on writing while the index of old messages grows

    dependencies = [
        ('conversations', '0009_events_are_applied_later'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='message',
            index=django.contrib.postgres.indexes.GinIndex(words.vector('text'), name='message_words'),
        ),
    ]
