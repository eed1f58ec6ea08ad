echo "nothing to migrate in $PIPELINE_STAGE"
