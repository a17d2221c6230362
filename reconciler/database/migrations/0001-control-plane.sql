-- Tables come with the reconciler.
select 1;
