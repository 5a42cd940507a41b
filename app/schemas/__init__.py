"""What travels over HTTP? Ids live here and nowhere deeper: inside there are rows."""

from app.schemas.timeline import Timeline as Timeline
