wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"coverage_type":"depeg","chain":"Ethereum","stablecoin":"USDC","coverage_amount":10000,"duration_days":90}'
