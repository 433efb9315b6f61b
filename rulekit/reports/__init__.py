"""Reports: recorded decisions audited and replayed, versions compared, findings for other tools.

``audit`` makes the page that a reviewer signs, ``replay`` decides a log again, ``diff`` draws the comparison of
two versions, ``formats`` writes findings as JUnit XML and SARIF, ``common`` holds what several of them share.
The decisions behind each stand in the docstring of its folder.

Chosen: a report is a value made of frozen models. Text, Markdown, HTML and JSON are drawn from that value
alone, so that the JSON holds every number on the page, and the page can be drawn again from the JSON.

Refused: scripts, fonts or pictures from elsewhere, because a page must open in ten years; a date on the page,
because equal input gives equal bytes, and whoever signs writes the date.
"""
