#!/bin/sh
# What `make demo` does once crmrules is installed: demo.sh <crmrules> <folder for the output>
set -eu
crmrules=$1
out=$2
example=config/examples/sales_funnel
as_of=2026-03-02T09:00

"$crmrules" check "$example/rules.yaml"
mkdir -p "$out"
"$crmrules" plan "$example/rules.yaml" --data "$example/data.yaml" --as-of "$as_of" \
  --out "$out/plan.html" --out "$out/plan.xlsx" --out "$out/plan.json" >"$out/plan.txt"
head -4 "$out/plan.txt"
cat <<END

What happened: the rules of $example/rules.yaml were checked, the records in
$example/data were read, and everybody's actions were planned as of $as_of.

  $out/plan.html   open it in a browser: charts, each owner's list, the why of each action
  $out/plan.xlsx   the same for a spreadsheet, one sheet per owner
  $out/plan.json   the same for a program
  $out/plan.txt    the summary that the command prints
END
