. src/price.sh
[ "$(price 3 4)" = 12 ] && echo "1 test passed"
