-- Of a pushed definition: the rows that were pushed under other definitions of the view's name are there, too, as far as they fit.
-- 0: not yet; 1: those that were there; 2: also those that came until everybody knew the definition.
alter table online_views add column carried smallint not null default 0;
-- JSON: what of them did not fit, a sentence each.
alter table online_views add column carried_without text;
