CREATE TABLE public.gone (id int);
INSERT INTO public.kept VALUES (1);
SELECT 1 / 0;
