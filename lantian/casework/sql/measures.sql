-- Interviews, rectifications and what went onward; their attendance, promises, re-checks and steps only grow.
CALL protect('casework_interview');
CALL protect_with('casework_participant', 'casework_interview', 'interview_id');
CALL append_only('casework_participant');
CALL protect_with('casework_attendance', 'casework_interview', 'interview_id');
CALL append_only('casework_attendance');
CALL protect_with('casework_commitment', 'casework_interview', 'interview_id');
CALL append_only('casework_commitment');
CALL protect_with('casework_interviewstep', 'casework_interview', 'interview_id');
CALL append_only('casework_interviewstep');
CALL protect('casework_rectification');
CALL protect_with('casework_recheck', 'casework_rectification', 'rectification_id');
CALL append_only('casework_recheck');
CALL protect('casework_onward');
CALL protect_with('casework_onwardstep', 'casework_onward', 'onward_id');
CALL append_only('casework_onwardstep');
CALL protect('casework_alertround');
CALL protect('casework_alert');
