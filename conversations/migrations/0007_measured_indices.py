from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0006_calendar_feed_and_invitation'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['created_at'], name='message_by_time'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('status__in', ['failed', 'unknown'])), fields=['created_at'], name='message_not_sent'),
        ),
        migrations.AddIndex(
            model_name='turn',
            index=models.Index(fields=['-started_at'], name='turn_by_time'),
        ),
    ]
