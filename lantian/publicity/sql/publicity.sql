-- Notices are seen by the offices that keep the party; their texts and steps only grow.
CALL protect('publicity_notice');
CALL protect_with('publicity_noticetext', 'publicity_notice', 'notice_id');
CALL append_only('publicity_noticetext');
CALL protect_with('publicity_noticestep', 'publicity_notice', 'notice_id');
CALL append_only('publicity_noticestep');
