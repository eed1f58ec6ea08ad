echo "report of ${1:-everything} in $PIPELINE_STAGE"
