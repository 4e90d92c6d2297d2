#!/bin/sh
# What `make demo` does once crmrules is installed: demo.sh <crmrules> <folder for the output>
set -eu
crmrules=$1
out=$2
example=config/examples/sales_funnel
as_of=2026-03-02T09:00

"$crmrules" check "$example/rules.yaml"
mkdir -p "$out"
"$crmrules" plan "$example/rules.yaml" --data "$example/data.yaml" --as-of "$as_of" --limit 5 \
  --out "$out/plan.html" --out "$out/plan.xlsx" --out "$out/plan.json"
echo
echo "What happened: the rules in $example/rules.yaml were checked, the records"
echo "in $example/data were read, and every customer's actions were planned as of $as_of."
echo "  $out/plan.html   open it in a browser: charts, each owner's list, the why of each action"
echo "  $out/plan.xlsx   the same for a spreadsheet, one sheet per owner"
echo "  $out/plan.json   the same for a program"
