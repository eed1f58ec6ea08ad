echo "cleaned $PIPELINE_STAGE"
